# A state machine whose function does not exist yet, as on every first apply.

terraform {
  required_providers {
    aws = {
      source = "hashicorp/aws"
    }
  }
}

resource "terraform_data" "function_arn" {
  input = "arn:aws:lambda:eu-west-1:123456789012:function:convert"
}

module "state_machine" {
  source = "../.."

  name          = "orders"
  definition    = "${path.module}/../definitions/services.asl.json"
  substitutions = { function = terraform_data.function_arn.output }
}

output "log_group_name" {
  value = module.state_machine.log_group_name
}
