output "arn" {
  description = "ARN of the key, to be given as kms_key_arn."
  # Written out, so that a plan knows it is not null before the key exists.
  value = "arn:${local.partition}:kms:${local.here}:key/${aws_kms_key.this.key_id}"
}

output "alias" {
  description = "Alias of the key, with alias/ before it."
  value       = aws_kms_alias.this.name
}
