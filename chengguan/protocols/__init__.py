"""Wire formats: bytes to structures and back. Plain Python, knows no database and no broker."""
