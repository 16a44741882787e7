mock_provider "aws" {
  mock_data "aws_partition" {
    defaults = { partition = "aws" }
  }
  mock_data "aws_region" {
    defaults = { id = "eu-west-1" }
  }
  mock_data "aws_caller_identity" {
    defaults = { account_id = "123456789012" }
  }
  mock_resource "aws_iam_role" {
    defaults = { arn = "arn:aws:iam::123456789012:role/crawler" }
  }
}

variables {
  database = { name = "sales" }
  tables = {
    orders = {
      location       = "s3://data/curated/orders/"
      columns        = [{ name = "id", type = "bigint" }, { name = "amount", type = "decimal(10,2)", comment = "in euros" }]
      partition_keys = [{ name = "day", type = "date" }]
    }
    countries = {
      location  = "s3://data/reference/countries/"
      format    = "csv"
      delimiter = ";"
      columns   = [{ name = "code", type = "string" }]
    }
  }
  crawlers = {
    curated = {
      name  = "sales-curated"
      paths = [{ path = "s3://data/curated/", exclusions = ["_temporary/**"], sample_size = 5 }, { path = "s3://more" }]
    }
  }
}

run "declares_tables_in_the_form_that_readers_know" {
  command = plan

  assert {
    condition     = aws_glue_catalog_table.this["orders"].parameters["classification"] == "parquet" && aws_glue_catalog_table.this["orders"].storage_descriptor[0].ser_de_info[0].serialization_library == "org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe"
    error_message = "A table is Parquet unless it says otherwise."
  }

  assert {
    condition     = [for column in aws_glue_catalog_table.this["orders"].storage_descriptor[0].columns : "${column.name} ${column.type}"] == ["id bigint", "amount decimal(10,2)"] && aws_glue_catalog_table.this["orders"].partition_keys[0].name == "day"
    error_message = "Columns and partition keys must stand in their order."
  }

  assert {
    condition     = aws_glue_catalog_table.this["countries"].parameters["skip.header.line.count"] == "1" && aws_glue_catalog_table.this["countries"].storage_descriptor[0].ser_de_info[0].parameters["field.delim"] == ";"
    error_message = "CSV has a header and the delimiter that is given."
  }
}

run "always_writes_the_configuration" {
  command = plan

  assert {
    condition = jsondecode(aws_glue_crawler.this["curated"].configuration) == {
      Version       = 1
      CrawlerOutput = { Partitions = { AddOrUpdateBehavior = "InheritFromTable" } }
    }
    error_message = aws_glue_crawler.this["curated"].configuration
  }
}

run "writes_every_option_of_the_configuration" {
  command = plan

  variables {
    crawlers = {
      curated = {
        name               = "sales-curated"
        paths              = [{ path = "s3://data/curated/" }]
        grouping           = { combine_schemas = true, table_level = 3, table_threshold = 7 }
        merge_new_columns  = true
        inherit_partitions = false
      }
    }
  }

  assert {
    condition = jsondecode(aws_glue_crawler.this["curated"].configuration) == {
      Version       = 1
      CrawlerOutput = { Tables = { AddOrUpdateBehavior = "MergeNewColumns", TableThreshold = 7 } }
      Grouping      = { TableGroupingPolicy = "CombineCompatibleSchemas", TableLevelConfiguration = 3 }
    }
    error_message = aws_glue_crawler.this["curated"].configuration
  }
}

run "leaves_no_option_without_a_configuration" {
  command = plan

  variables {
    crawlers = { curated = { name = "sales-curated", paths = [{ path = "s3://data/" }], inherit_partitions = false } }
  }

  assert {
    condition     = aws_glue_crawler.this["curated"].configuration == "{\"Version\":1}"
    error_message = aws_glue_crawler.this["curated"].configuration
  }
}

run "crawls_what_is_named_and_marks_what_is_gone" {
  command = plan

  assert {
    condition     = jsonencode(aws_glue_crawler.this["curated"].s3_target[*].path) == jsonencode(["s3://data/curated/", "s3://more"]) && jsonencode(aws_glue_crawler.this["curated"].s3_target[0].exclusions) == jsonencode(["_temporary/**"]) && aws_glue_crawler.this["curated"].s3_target[0].sample_size == 5
    error_message = "Paths must keep their exclusions and samples."
  }

  assert {
    condition     = aws_glue_crawler.this["curated"].schema_change_policy[0].update_behavior == "UPDATE_IN_DATABASE" && aws_glue_crawler.this["curated"].schema_change_policy[0].delete_behavior == "DEPRECATE_IN_DATABASE"
    error_message = "By default tables are updated, and deprecated rather than deleted."
  }
}

run "a_role_reads_its_paths_and_keeps_one_database" {
  command = plan

  assert {
    condition = {
      for s in jsondecode(aws_iam_role_policy.crawler["curated"].policy).Statement : s.Sid => s.Resource
      } == {
      ReadData      = ["arn:aws:s3:::data/curated/*", "arn:aws:s3:::more/*"]
      LocateBuckets = ["arn:aws:s3:::data", "arn:aws:s3:::more"]
      ListData      = ["arn:aws:s3:::data"]
      ListMore      = ["arn:aws:s3:::more"]
      KeepTables    = ["arn:aws:glue:eu-west-1:123456789012:catalog", "arn:aws:glue:eu-west-1:123456789012:database/sales", "arn:aws:glue:eu-west-1:123456789012:table/sales/*"]
      WriteLogs     = ["arn:aws:logs:eu-west-1:123456789012:log-group:/aws-glue/crawlers*"]
      WriteMetrics  = ["*"]
    }
    error_message = aws_iam_role_policy.crawler["curated"].policy
  }

  assert {
    condition     = { for s in jsondecode(aws_iam_role_policy.crawler["curated"].policy).Statement : s.Sid => s.Condition.StringLike["s3:prefix"] if startswith(s.Sid, "List") } == { ListData = ["curated", "curated/*"], ListMore = ["*"] }
    error_message = "Listing must be bound to the prefixes."
  }

  assert {
    condition     = !strcontains(aws_iam_role_policy.crawler["curated"].policy, "glue:Delete")
    error_message = "A crawler that deprecates may not delete."
  }
}

run "may_delete_where_it_has_to" {
  command = plan

  variables {
    crawlers = { curated = { name = "sales-curated", paths = [{ path = "s3://data/" }], on_delete = "DELETE_FROM_DATABASE", security_configuration = "sealed", classifiers = ["semicolons"] } }
  }

  assert {
    condition     = strcontains(aws_iam_role_policy.crawler["curated"].policy, "glue:DeleteTable") && strcontains(aws_iam_role_policy.crawler["curated"].policy, "logs:AssociateKmsKey") && strcontains(aws_iam_role_policy.crawler["curated"].policy, "glue:GetClassifier")
    error_message = aws_iam_role_policy.crawler["curated"].policy
  }
}

run "only_glue_in_this_account_and_region_takes_the_role" {
  command = plan

  assert {
    condition = jsondecode(aws_iam_role.crawler["curated"].assume_role_policy).Statement[0].Condition == {
      StringEquals = { "aws:SourceAccount" = "123456789012" }
      ArnLike      = { "aws:SourceArn" = "arn:aws:glue:eu-west-1:123456789012:*" }
    }
    error_message = "The trust must name the account and the region."
  }
}

run "crawls_tables_of_its_own" {
  command = plan

  variables {
    crawlers = { orders = { name = "sales-orders", tables = ["orders"], on_delete = "LOG", grouping = { combine_schemas = true } } }
  }

  assert {
    condition     = jsonencode(aws_glue_crawler.this["orders"].catalog_target[0].tables) == jsonencode(["orders"]) && length(aws_glue_crawler.this["orders"].s3_target) == 0
    error_message = "The crawler must look at the table."
  }

  assert {
    condition     = jsondecode(aws_iam_role_policy.crawler["orders"].policy).Statement[0].Resource == ["arn:aws:s3:::data/curated/orders/*"]
    error_message = "It reads where the table lies."
  }
}

run "refuses_crawlers_that_glue_would_refuse_and_names_them" {
  command = plan

  variables {
    crawlers = {
      a = { name = "a" }
      b = { name = "b", paths = [{ path = "data/curated" }] }
      c = { name = "c", paths = [{ path = "s3://data/", sample_size = 250 }] }
      d = { name = "d", paths = [{ path = "s3://data/" }], on_change = "UPDATE" }
      e = { name = "e", paths = [{ path = "s3://data/" }], recrawl = "CRAWL_NEW_FOLDERS_ONLY" }
      f = { name = "f", tables = ["orders", "nowhere"] }
      g = { name = "g", paths = [{ path = "s3://data/" }], schedule = "cron(15 12 * * * *)" }
      h = { name = "h", paths = [{ path = "s3://data/" }], tables = ["orders"], on_delete = "LOG", grouping = { combine_schemas = true } }
    }
  }

  expect_failures = [aws_iam_role.crawler]

  assert {
    condition = jsonencode(local.crawler_problems) == jsonencode([
      "Crawler a needs either paths or tables.",
      "Crawler b has the path data/curated: write s3://bucket/folder/.",
      "Crawler c has a sample_size of 250: write 1 to 249.",
      "Crawler d has the on_change UPDATE: write UPDATE_IN_DATABASE or LOG.",
      "Crawler e looks at new folders only, so on_change and on_delete must be LOG.",
      "Crawler f looks at tables, so on_delete must be LOG and grouping.combine_schemas true.",
      "Crawler f looks at nowhere, which is none of the tables.",
      "Crawler g has the schedule cron(15 12 * * * *): write cron(Minutes Hours Day-of-month Month Day-of-week Year), such as cron(15 12 * * ? *).",
      "Crawler h needs either paths or tables.",
    ])
    error_message = jsonencode(local.crawler_problems)
  }
}

run "refuses_a_database_that_athena_could_not_name" {
  command = plan

  variables {
    database = { name = "Sales-2026" }
    crawlers = {}
  }

  expect_failures = [var.database]
}

run "refuses_a_location_without_its_slash" {
  command = plan

  variables {
    tables   = { orders = { location = "s3://data/orders", columns = [{ name = "id", type = "bigint" }] } }
    crawlers = {}
  }

  expect_failures = [var.tables]
}

run "refuses_capitals_in_columns" {
  command = plan

  variables {
    tables   = { orders = { location = "s3://data/orders/", columns = [{ name = "Id", type = "bigint" }] } }
    crawlers = {}
  }

  expect_failures = [var.tables]
}

run "refuses_a_column_that_is_a_partition_key_too" {
  command = plan

  variables {
    tables   = { orders = { location = "s3://data/orders/", columns = [{ name = "day", type = "date" }], partition_keys = [{ name = "day", type = "date" }] } }
    crawlers = {}
  }

  expect_failures = [var.tables]
}

run "refuses_an_unknown_format" {
  command = plan

  variables {
    tables   = { orders = { location = "s3://data/orders/", format = "xml", columns = [{ name = "id", type = "bigint" }] } }
    crawlers = {}
  }

  expect_failures = [var.tables]
}
