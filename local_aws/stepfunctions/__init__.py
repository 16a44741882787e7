"""What Step Functions does and LocalStack's lacks, as a model free of LocalStack."""
