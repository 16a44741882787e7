"""Lambda: starts one execution of the pipeline for each object version that arrives."""
