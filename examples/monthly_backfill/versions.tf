terraform {
  required_version = ">= 1.9"

  # A partial configuration, so that tests can keep a state of their own:
  # terraform init -backend-config=path=…
  backend "local" {}

  required_providers {
    aws = {
      source = "hashicorp/aws"
      # One minor line: without a committed lock file (see docs/decisions) this is what keeps
      # everybody on the same provider.
      version = "~> 5.100"
    }
  }
}
