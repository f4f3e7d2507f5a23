"""What judges the book: rules, formulas, pages in a browser, mutants."""
