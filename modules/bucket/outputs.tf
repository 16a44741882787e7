output "name" {
  description = "Name of the bucket."
  value       = aws_s3_bucket.this.id

  # Who uses the name may rely on versions and events being on.
  depends_on = [
    aws_s3_bucket_versioning.this,
    aws_s3_bucket_server_side_encryption_configuration.this,
    aws_s3_bucket_notification.this,
  ]
}

output "arn" {
  description = "ARN of the bucket."
  value       = aws_s3_bucket.this.arn
}
