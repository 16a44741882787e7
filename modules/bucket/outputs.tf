# Name and ARN come from the input and not from the resource, so that the policies of whoever uses the
# bucket are readable in a plan before it exists; depends_on keeps the order.

output "name" {
  description = "Name of the bucket."
  value       = var.name

  # Who uses the name may rely on versions, encryption and events being on.
  depends_on = [
    aws_s3_bucket.this,
    aws_s3_bucket_versioning.this,
    aws_s3_bucket_server_side_encryption_configuration.this,
    aws_s3_bucket_notification.this,
  ]
}

output "arn" {
  description = "ARN of the bucket."
  value       = local.arn
  depends_on  = [aws_s3_bucket.this]
}
