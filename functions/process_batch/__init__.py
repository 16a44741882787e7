"""Lambda: takes many small files, one after the other, the whole way that one goes alone."""
