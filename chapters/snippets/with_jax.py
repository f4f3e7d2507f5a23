import jax
import jax.numpy as jnp
import numpy as np

jax.config.update("jax_enable_x64", True)
X, Y = jnp.array([[2.0, -1.0]]), jnp.array([[1.0, 0.0]])
W_h = jnp.array([[0.6, -0.4], [-0.2, 0.5]])
W_out = jnp.array([[0.8, -0.5], [-0.3, 0.7]])


def loss(W_h, W_out):
    A_h = jax.nn.sigmoid(X @ W_h)
    A_out = jax.nn.sigmoid(A_h @ W_out)
    return -jnp.sum(Y * jnp.log(A_out) + (1 - Y) * jnp.log(1 - A_out))


J, (dW_h, dW_out) = jax.value_and_grad(loss, argnums=(0, 1))(W_h, W_out)
print("J      =", round(J.item(), 4))
print("dW_h   =", np.asarray(dW_h).round(4).tolist())
print("dW_out =", np.asarray(dW_out).round(4).tolist())
