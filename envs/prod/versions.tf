terraform {
  required_version = ">= 1.10"

  # Which bucket is told to init, and stays out of the repository; see backend.hcl.example:
  # terraform init -backend-config=backend.hcl
  backend "s3" {
    key          = "aws-data-pipelines/prod/terraform.tfstate"
    encrypt      = true
    use_lockfile = true
  }

  required_providers {
    aws = {
      source = "hashicorp/aws"
      # One minor line: without a committed lock file (see docs/decisions) this is what keeps
      # everybody on the same provider.
      version = "~> 5.100"
    }
  }
}
