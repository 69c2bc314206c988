"""Tokens to trees, below the sentence: operands, marks behind them, products, functions."""
