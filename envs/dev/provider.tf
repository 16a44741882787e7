provider "aws" {
  region = var.region
  # The wrong credentials in a shell must not change another account.
  allowed_account_ids = [var.account_id]

  default_tags {
    tags = { environment = "dev", project = "aws-data-pipelines" }
  }
}
