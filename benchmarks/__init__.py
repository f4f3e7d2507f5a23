"""What is measured for the appendix "How fast is it?": run `python -m benchmarks.run`."""
