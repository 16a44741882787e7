"""What the pipeline's Spark jobs share. Shipped to Glue as ``--extra-py-files``."""
