# What a job with connections needs: the connections, and network interfaces in their VPC.
# https://docs.aws.amazon.com/glue/latest/dg/start-connecting.html

locals {
  interfaces = "arn:${local.partition}:ec2:${local.here}:network-interface/*"

  network_statements = [for statement in local.statements_of_connections : statement if length(var.network.connections) > 0]
  statements_of_connections = [
    {
      Sid    = "ReadConnections"
      Effect = "Allow"
      Action = ["glue:GetConnection"]
      Resource = concat(
        ["arn:${local.partition}:glue:${local.here}:catalog"],
        [for name in var.network.connections : "arn:${local.partition}:glue:${local.here}:connection/${name}"],
      )
    },
    {
      # These take no resources.
      Sid      = "LookAtNetwork"
      Effect   = "Allow"
      Action   = ["ec2:DescribeNetworkInterfaces", "ec2:DescribeRouteTables", "ec2:DescribeSecurityGroups", "ec2:DescribeSubnets", "ec2:DescribeVpcAttribute", "ec2:DescribeVpcEndpoints"]
      Resource = ["*"]
    },
    {
      Sid      = "MakeInterfaces"
      Effect   = "Allow"
      Action   = ["ec2:CreateNetworkInterface"]
      Resource = [local.interfaces, "arn:${local.partition}:ec2:${local.here}:security-group/*", "arn:${local.partition}:ec2:${local.here}:subnet/*"]
    },
    {
      # Glue marks what it makes with this tag, and may give no other.
      Sid       = "MarkInterfaces"
      Effect    = "Allow"
      Action    = ["ec2:CreateTags"]
      Resource  = [local.interfaces]
      Condition = { "ForAllValues:StringEquals" = { "aws:TagKeys" = ["aws-glue-service-resource"] } }
    },
    {
      Sid       = "RemoveMarkedInterfaces"
      Effect    = "Allow"
      Action    = ["ec2:DeleteNetworkInterface"]
      Resource  = [local.interfaces]
      Condition = { Null = { "aws:ResourceTag/aws-glue-service-resource" = "false" } }
    },
  ]
}
