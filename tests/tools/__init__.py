"""Tools that make files of the project; none of them runs in production."""
