# Every kind of crawler target and classifier, each mutable field of which a variable changes.

terraform {
  required_version = ">= 1.9"

  backend "local" {}

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 5.100"
    }
  }
}

variable "endpoint_url" {
  description = "Where the local AWS answers."
  type        = string
}

variable "changed" {
  description = "Whether the mutable fields have their second values."
  type        = bool
  default     = false
}

provider "aws" {
  region                      = "eu-central-1"
  access_key                  = "test"
  secret_key                  = "test"
  skip_credentials_validation = true
  skip_metadata_api_check     = true

  endpoints {
    glue = var.endpoint_url
    iam  = var.endpoint_url
    sts  = var.endpoint_url
  }
}

resource "aws_iam_role" "crawler" {
  for_each = toset(["first", "second"])

  name = "glue-crawlers-test-${each.key}"
  path = "/service-role/"
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Action    = "sts:AssumeRole"
      Effect    = "Allow"
      Principal = { Service = "glue.amazonaws.com" }
    }]
  })
}

resource "aws_glue_catalog_database" "this" {
  for_each = toset(["first", "second"])

  name = "glue_crawlers_test_${each.key}"
}

resource "aws_glue_catalog_table" "this" {
  name          = "by_hand"
  database_name = aws_glue_catalog_database.this["first"].name

  storage_descriptor {
    location = "s3://glue-crawlers-test/by-hand/"

    columns {
      name = "id"
      type = "bigint"
    }
  }
}

resource "aws_glue_classifier" "csv" {
  name = "glue-crawlers-test-csv"

  csv_classifier {
    allow_single_column        = var.changed
    contains_header            = var.changed ? "PRESENT" : "UNKNOWN"
    custom_datatype_configured = var.changed
    custom_datatypes           = var.changed ? ["INT", "STRING"] : null
    delimiter                  = var.changed ? ";" : ","
    disable_value_trimming     = var.changed
    header                     = var.changed ? ["id", "name"] : ["a", "b"]
    quote_symbol               = var.changed ? "'" : "\""
    serde                      = var.changed ? "LazySimpleSerDe" : "OpenCSVSerDe"
  }
}

resource "aws_glue_classifier" "bare_csv" {
  name = "glue-crawlers-test-bare-csv"

  csv_classifier {
    delimiter = "|"
  }
}

resource "aws_glue_classifier" "json" {
  name = "glue-crawlers-test-json"

  json_classifier {
    json_path = var.changed ? "$.rows[*]" : "$[*]"
  }
}

resource "aws_glue_classifier" "grok" {
  name = "glue-crawlers-test-grok"

  grok_classifier {
    classification  = var.changed ? "second" : "first"
    grok_pattern    = var.changed ? "%%{INT:n:long}" : "%%{MINE:n}"
    custom_patterns = var.changed ? "YOURS [0-9]+" : "MINE [0-9]+"
  }
}

resource "aws_glue_classifier" "xml" {
  name = "glue-crawlers-test-xml"

  xml_classifier {
    classification = "xml"
    row_tag        = var.changed ? "line" : "row"
  }
}

resource "aws_glue_crawler" "s3" {
  name          = "glue-crawlers-test-s3"
  role          = aws_iam_role.crawler[var.changed ? "second" : "first"].arn
  database_name = aws_glue_catalog_database.this[var.changed ? "second" : "first"].name
  description   = var.changed ? "second" : "first"
  table_prefix  = var.changed ? "second_" : "first_"
  schedule      = var.changed ? "cron(30 1 * * ? *)" : "cron(15 12 ? * MON-FRI *)"
  classifiers   = var.changed ? [aws_glue_classifier.json.name] : [aws_glue_classifier.csv.name, aws_glue_classifier.json.name]

  configuration = jsonencode({
    Version = 1.0
    CrawlerOutput = {
      Partitions = { AddOrUpdateBehavior = "InheritFromTable" }
      Tables     = { TableThreshold = var.changed ? 9 : 5 }
    }
    Grouping = { TableGroupingPolicy = "CombineCompatibleSchemas" }
  })

  s3_target {
    path        = var.changed ? "s3://glue-crawlers-test/second/" : "s3://glue-crawlers-test/first/"
    exclusions  = var.changed ? ["**.tmp"] : ["**.txt", "old/**"]
    sample_size = var.changed ? 9 : 5
  }

  dynamic "s3_target" {
    for_each = var.changed ? ["s3://glue-crawlers-test/third"] : []
    content {
      path = s3_target.value
    }
  }

  schema_change_policy {
    update_behavior = var.changed ? "LOG" : "UPDATE_IN_DATABASE"
    delete_behavior = var.changed ? "DELETE_FROM_DATABASE" : "LOG"
  }

  recrawl_policy {
    recrawl_behavior = "CRAWL_EVERYTHING"
  }

  lineage_configuration {
    crawler_lineage_settings = var.changed ? "ENABLE" : "DISABLE"
  }

  lake_formation_configuration {
    use_lake_formation_credentials = false
  }

  tags = { round = var.changed ? "second" : "first" }
}

# Optional fields come and go, where the provider takes them away: it leaves an absent description
# or list of classifiers out of its request, and an update changes what it names only.
resource "aws_glue_crawler" "bare" {
  name          = "glue-crawlers-test-bare"
  role          = aws_iam_role.crawler["first"].name
  database_name = aws_glue_catalog_database.this["first"].name
  table_prefix  = var.changed ? null : "gone_"
  schedule      = var.changed ? null : "cron(15 12 * * ? *)"

  s3_target {
    path = "s3://glue-crawlers-test/bare"
  }
}

resource "aws_glue_crawler" "incremental" {
  name          = "glue-crawlers-test-incremental"
  role          = aws_iam_role.crawler["first"].name
  database_name = aws_glue_catalog_database.this["first"].name

  s3_target {
    path = "s3://glue-crawlers-test/incremental/"
  }

  schema_change_policy {
    update_behavior = "LOG"
    delete_behavior = "LOG"
  }

  recrawl_policy {
    recrawl_behavior = var.changed ? "CRAWL_EVERYTHING" : "CRAWL_NEW_FOLDERS_ONLY"
  }
}

resource "aws_glue_crawler" "catalog" {
  name          = "glue-crawlers-test-catalog"
  role          = aws_iam_role.crawler["first"].name
  database_name = aws_glue_catalog_database.this["first"].name
  configuration = jsonencode({
    Version  = 1.0
    Grouping = { TableGroupingPolicy = "CombineCompatibleSchemas" }
  })

  catalog_target {
    database_name = aws_glue_catalog_database.this["first"].name
    tables        = [aws_glue_catalog_table.this.name]
  }

  schema_change_policy {
    update_behavior = var.changed ? "LOG" : "UPDATE_IN_DATABASE"
    delete_behavior = "LOG"
  }
}

# Not executed locally, but defined like any other.
resource "aws_glue_crawler" "dynamodb" {
  name          = "glue-crawlers-test-dynamodb"
  role          = aws_iam_role.crawler["first"].name
  database_name = aws_glue_catalog_database.this["first"].name

  dynamodb_target {
    path      = "table"
    scan_all  = var.changed
    scan_rate = var.changed ? 0.5 : null
  }
}
