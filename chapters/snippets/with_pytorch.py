import torch

torch.set_default_dtype(torch.float64)
X, Y = torch.tensor([[2.0, -1.0]]), torch.tensor([[1.0, 0.0]])
W_h = torch.tensor([[0.6, -0.4], [-0.2, 0.5]], requires_grad=True)
W_out = torch.tensor([[0.8, -0.5], [-0.3, 0.7]], requires_grad=True)

A_h = torch.sigmoid(X @ W_h)
A_out = torch.sigmoid(A_h @ W_out)
J = torch.nn.functional.binary_cross_entropy(A_out, Y, reduction="sum")
J.backward()

print("J      =", round(J.item(), 4))
print("dW_h   =", W_h.grad.round(decimals=4).tolist())
print("dW_out =", W_out.grad.round(decimals=4).tolist())
