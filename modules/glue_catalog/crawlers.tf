locals {
  # Always written out, since Glue answers with a text of its own where there was none. Members
  # without a value are left out, not null.
  configurations = {
    for key, crawler in var.crawlers : key => {
      Version = 1
      CrawlerOutput = {
        for kind, output in {
          Partitions = { for member, value in { AddOrUpdateBehavior = crawler.inherit_partitions ? "InheritFromTable" : null } : member => value if value != null }
          Tables = merge(
            { for member, value in { AddOrUpdateBehavior = crawler.merge_new_columns ? "MergeNewColumns" : null } : member => value if value != null },
            { for member, value in { TableThreshold = crawler.grouping.table_threshold } : member => value if value != null },
          )
        } : kind => output if length(output) > 0
      }
      Grouping = merge(
        { for member, value in { TableGroupingPolicy = crawler.grouping.combine_schemas ? "CombineCompatibleSchemas" : null } : member => value if value != null },
        { for member, value in { TableLevelConfiguration = crawler.grouping.table_level } : member => value if value != null },
      )
    }
  }

  crawler_problems = flatten([
    for key, crawler in var.crawlers : concat(
      (length(crawler.paths) == 0) != (length(crawler.tables) == 0) ? [] : ["Crawler ${key} needs either paths or tables."],
      [for path in crawler.paths[*].path : "Crawler ${key} has the path ${path}: write s3://bucket/folder/." if !can(regex("^s3://[a-z0-9.-]+(/|$)", path))],
      [for path in crawler.paths : "Crawler ${key} has a sample_size of ${coalesce(path.sample_size, 0)}: write 1 to 249." if !(coalesce(path.sample_size, 1) >= 1 && coalesce(path.sample_size, 1) <= 249)],
      contains(["UPDATE_IN_DATABASE", "LOG"], crawler.on_change) ? [] : ["Crawler ${key} has the on_change ${crawler.on_change}: write UPDATE_IN_DATABASE or LOG."],
      contains(["DEPRECATE_IN_DATABASE", "DELETE_FROM_DATABASE", "LOG"], crawler.on_delete) ? [] : ["Crawler ${key} has the on_delete ${crawler.on_delete}: write DEPRECATE_IN_DATABASE, DELETE_FROM_DATABASE or LOG."],
      contains(["CRAWL_EVERYTHING", "CRAWL_NEW_FOLDERS_ONLY"], crawler.recrawl) ? [] : ["Crawler ${key} has the recrawl ${crawler.recrawl}: write CRAWL_EVERYTHING or CRAWL_NEW_FOLDERS_ONLY."],
      # https://docs.aws.amazon.com/glue/latest/dg/incremental-crawls.html
      crawler.recrawl != "CRAWL_NEW_FOLDERS_ONLY" || (crawler.on_change == "LOG" && crawler.on_delete == "LOG") ? [] : ["Crawler ${key} looks at new folders only, so on_change and on_delete must be LOG."],
      # https://docs.aws.amazon.com/glue/latest/dg/define-crawler.html#crawler-source-type
      length(crawler.tables) == 0 || (crawler.on_delete == "LOG" && crawler.grouping.combine_schemas) ? [] : ["Crawler ${key} looks at tables, so on_delete must be LOG and grouping.combine_schemas true."],
      [for table in crawler.tables : "Crawler ${key} looks at ${table}, which is none of the tables." if !contains(keys(var.tables), table)],
      length(crawler.table_prefix) <= 64 ? [] : ["Crawler ${key} has a table_prefix of more than 64 characters."],
      crawler.schedule == null || can(regex("^cron\\([^ ()]+ [^ ()]+ (\\? [^ ()]+ [^ ?()]+|[^ ?()]+ [^ ()]+ \\?) [^ ()]+\\)$", coalesce(crawler.schedule, "-"))) ? [] : ["Crawler ${key} has the schedule ${coalesce(crawler.schedule, "-")}: write cron(Minutes Hours Day-of-month Month Day-of-week Year), such as cron(15 12 * * ? *)."],
    )
  ])
}

resource "aws_glue_crawler" "this" {
  for_each = var.crawlers

  name                   = each.value.name
  description            = each.value.description
  role                   = aws_iam_role.crawler[each.key].arn
  database_name          = aws_glue_catalog_database.this.name
  table_prefix           = each.value.table_prefix
  classifiers            = each.value.classifiers
  schedule               = each.value.schedule
  security_configuration = each.value.security_configuration
  tags                   = var.tags

  configuration = jsonencode({ for member, value in local.configurations[each.key] : member => value if try(length(value), 1) > 0 })

  dynamic "s3_target" {
    for_each = each.value.paths

    content {
      path        = s3_target.value.path
      exclusions  = s3_target.value.exclusions
      sample_size = s3_target.value.sample_size
    }
  }

  dynamic "catalog_target" {
    for_each = length(each.value.tables) == 0 ? [] : [each.value.tables]

    content {
      database_name = aws_glue_catalog_database.this.name
      tables        = [for table in catalog_target.value : aws_glue_catalog_table.this[table].name]
    }
  }

  schema_change_policy {
    update_behavior = each.value.on_change
    delete_behavior = each.value.on_delete
  }

  recrawl_policy {
    recrawl_behavior = each.value.recrawl
  }

  # A crawl that starts before its rights are there would fail.
  depends_on = [aws_iam_role_policy.crawler]
}
