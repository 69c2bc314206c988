"""Numbers: exact, as polynomials, as balls, and the numerics built on them."""
