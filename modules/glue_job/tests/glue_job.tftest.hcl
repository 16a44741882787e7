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
    defaults = { arn = "arn:aws:iam::123456789012:role/process-csv-data" }
  }
}

variables {
  name = "process-csv-data"
  code = {
    script         = "tests/fixtures/job.py"
    extra_py_files = ["tests/fixtures/library.py", "s3://shared/more.zip"]
    bucket         = "artifacts"
  }
  reads  = ["s3://source/raw/", "s3://source/late/"]
  writes = ["s3://processed/people/"]
}

run "uploads_files_and_takes_uris_as_they_are" {
  command = plan

  assert {
    condition     = toset([for object in aws_s3_object.file : object.key]) == toset(["glue_scripts/process-csv-data/job.py", "glue_scripts/process-csv-data/library.py"])
    error_message = "The two local files must be uploaded, and the one in S3 must not."
  }

  assert {
    condition     = aws_glue_job.this.command[0].script_location == "s3://artifacts/glue_scripts/process-csv-data/job.py"
    error_message = "The job must run the uploaded script."
  }

  assert {
    condition     = aws_glue_job.this.default_arguments["--extra-py-files"] == "s3://artifacts/glue_scripts/process-csv-data/library.py,s3://shared/more.zip"
    error_message = "Both libraries must be on the job's path, in the order given."
  }

  assert {
    condition     = aws_s3_object.file["job.py"].source_hash == filesha256("tests/fixtures/job.py")
    error_message = "A changed script must be uploaded anew."
  }
}

run "is_a_small_spark_job_of_the_current_version" {
  command = plan

  assert {
    condition     = aws_glue_job.this.glue_version == "5.1" && aws_glue_job.this.worker_type == "G.1X" && aws_glue_job.this.number_of_workers == 2 && aws_glue_job.this.command[0].name == "glueetl"
    error_message = "The default is Glue 5.1 on two G.1X workers."
  }
}

run "reads_and_writes_only_what_is_named" {
  command = plan

  assert {
    condition = {
      for s in jsondecode(aws_iam_role_policy.execution.policy).Statement : s.Sid => s.Resource
      } == {
      ReadCode     = ["arn:aws:s3:::shared/more.zip", "arn:aws:s3:::artifacts/glue_scripts/process-csv-data/job.py", "arn:aws:s3:::artifacts/glue_scripts/process-csv-data/library.py"]
      WriteLogs    = ["arn:aws:logs:eu-west-1:123456789012:log-group:/aws-glue/*"]
      WriteMetrics = ["*"]
      ReadData = [
        "arn:aws:s3:::source/raw/*", "arn:aws:s3:::source/late/*", "arn:aws:s3:::processed/people/*",
        "arn:aws:s3:::processed/people", "arn:aws:s3:::source/late", "arn:aws:s3:::source/raw",
      ]
      WriteData     = ["arn:aws:s3:::processed/people/*"]
      ListSource    = ["arn:aws:s3:::source"]
      ListProcessed = ["arn:aws:s3:::processed"]
      LocateBuckets = ["arn:aws:s3:::processed", "arn:aws:s3:::source"]
    }
    error_message = "Statements: ${aws_iam_role_policy.execution.policy}"
  }

  assert {
    condition     = one([for s in jsondecode(aws_iam_role_policy.execution.policy).Statement : s if s.Sid == "ListSource"]).Condition.StringLikeIfExists["s3:prefix"] == ["late/*", "raw/*"]
    error_message = "Listing must be bound to the prefixes."
  }

  assert {
    condition     = one([for s in jsondecode(aws_iam_role_policy.execution.policy).Statement : s if s.Sid == "WriteMetrics"]).Condition.StringEquals["cloudwatch:namespace"] == "Glue"
    error_message = "Metrics must be bound to Glue's namespace."
  }
}

run "only_glue_in_this_account_and_region_takes_the_role" {
  command = plan

  assert {
    condition = jsondecode(aws_iam_role.execution.assume_role_policy).Statement[0].Condition == {
      StringEquals = { "aws:SourceAccount" = "123456789012" }
      ArnLike      = { "aws:SourceArn" = "arn:aws:glue:eu-west-1:123456789012:*" }
    }
    error_message = "The trust must name the account and the region."
  }
}

run "a_python_shell_job_has_no_workers" {
  command = plan

  variables {
    runtime = { type = "pythonshell" }
  }

  assert {
    condition     = aws_glue_job.this.max_capacity == 0.0625 && aws_glue_job.this.command[0].python_version == "3.9"
    error_message = "A pythonshell job is sized by max_capacity and runs Python 3.9."
  }

  assert {
    condition     = !contains(keys(aws_glue_job.this.default_arguments), "--enable-metrics")
    error_message = "Spark's metrics mean nothing to a pythonshell job."
  }
}

run "arguments_of_ones_own_win" {
  command = plan

  variables {
    arguments = { "--enable-metrics" = "false", "--mode" = "fast" }
  }

  assert {
    condition     = aws_glue_job.this.default_arguments["--enable-metrics"] == "false" && aws_glue_job.this.default_arguments["--mode"] == "fast"
    error_message = "Given arguments must override the module's."
  }
}

run "says_how_to_build_a_missing_library" {
  command = plan

  variables {
    code = { script = "tests/fixtures/job.py", extra_py_files = ["dist/not_there.zip"], bucket = "artifacts" }
  }

  expect_failures = [aws_s3_object.file]
}

run "local_files_need_a_bucket" {
  command = plan

  variables {
    code = { script = "tests/fixtures/job.py" }
  }

  expect_failures = [var.code]
}

run "refuses_two_files_of_one_name" {
  command = plan

  variables {
    code = { script = "tests/fixtures/job.py", extra_files = ["elsewhere/job.py"], bucket = "artifacts" }
  }

  expect_failures = [var.code]
}

run "takes_a_file_in_two_parts" {
  command = plan

  variables {
    code = { script = "tests/fixtures/job.py", extra_files = ["tests/fixtures/job.py"], bucket = "artifacts" }
  }

  assert {
    condition     = keys(aws_s3_object.file) == ["job.py"]
    error_message = "A file is uploaded once."
  }
}

run "refuses_a_version_that_has_ended" {
  command = plan

  variables {
    runtime = { glue_version = "2.0" }
  }

  expect_failures = [var.runtime]

  assert {
    condition     = local.ended_versions["2.0"].life == "2026-04-01"
    error_message = "The message names the day after which AWS runs nothing of this version."
  }
}

run "refuses_an_unknown_version" {
  command = plan

  variables {
    runtime = { glue_version = "6.0" }
  }

  expect_failures = [var.runtime]
}

run "refuses_a_streaming_worker_for_a_batch_job" {
  command = plan

  variables {
    runtime = { worker_type = "G.025X" }
  }

  expect_failures = [var.runtime]
}

run "refuses_one_worker" {
  command = plan

  variables {
    runtime = { number_of_workers = 1 }
  }

  expect_failures = [var.runtime]
}

run "refuses_an_argument_without_dashes" {
  command = plan

  variables {
    arguments = { mode = "fast" }
  }

  expect_failures = [var.arguments]
}

run "refuses_what_is_no_uri" {
  command = plan

  variables {
    reads = ["source/raw"]
  }

  expect_failures = [var.reads]
}

run "a_real_job_has_more_to_say" {
  command = plan

  variables {
    runtime       = { worker_type = "G.2X", number_of_workers = 20, execution_class = "FLEX", auto_scaling = true }
    bookmark      = "enable"
    network       = { connections = ["warehouse"], security_configuration = "sealed" }
    observability = { spark_events = "s3://logs/spark/" }
    code          = { script = "tests/fixtures/job.py", extra_files = ["s3://shared/rates.json"], bucket = "artifacts" }
  }

  assert {
    condition = aws_glue_job.this.default_arguments == tomap({
      "--enable-auto-scaling"          = "true"
      "--enable-job-insights"          = "true"
      "--enable-metrics"               = "true"
      "--enable-observability-metrics" = "true"
      "--enable-spark-ui"              = "true"
      "--extra-files"                  = "s3://shared/rates.json"
      "--job-bookmark-option"          = "job-bookmark-enable"
      "--job-language"                 = "python"
      "--spark-event-logs-path"        = "s3://logs/spark/"
    })
    error_message = jsonencode(aws_glue_job.this.default_arguments)
  }

  assert {
    condition     = aws_glue_job.this.execution_class == "FLEX" && jsonencode(aws_glue_job.this.connections) == jsonencode(["warehouse"]) && aws_glue_job.this.security_configuration == "sealed"
    error_message = "Execution class, connections and security configuration must reach the job."
  }

  assert {
    condition = { for s in jsondecode(aws_iam_role_policy.execution.policy).Statement : s.Sid => s.Resource if contains(["ReadCode", "WriteData", "ReadConnections", "RemoveMarkedInterfaces"], s.Sid) } == {
      ReadCode               = ["arn:aws:s3:::shared/rates.json", "arn:aws:s3:::artifacts/glue_scripts/process-csv-data/job.py"]
      WriteData              = ["arn:aws:s3:::processed/people/*", "arn:aws:s3:::logs/spark/*"]
      ReadConnections        = ["arn:aws:glue:eu-west-1:123456789012:catalog", "arn:aws:glue:eu-west-1:123456789012:connection/warehouse"]
      RemoveMarkedInterfaces = ["arn:aws:ec2:eu-west-1:123456789012:network-interface/*"]
    }
    error_message = aws_iam_role_policy.execution.policy
  }

  assert {
    condition     = strcontains(aws_iam_role_policy.execution.policy, "logs:AssociateKmsKey") && strcontains(aws_iam_role_policy.execution.policy, "glue:GetSecurityConfiguration")
    error_message = "An encrypted log group needs the job to name its key."
  }
}

run "a_stream_has_checkpoints_and_no_class" {
  command = plan

  variables {
    runtime = { type = "gluestreaming", worker_type = "G.025X" }
  }

  assert {
    condition     = aws_glue_job.this.execution_class == null && !contains(keys(aws_glue_job.this.default_arguments), "--job-bookmark-option")
    error_message = "Execution class and bookmarks are for batch jobs."
  }
}

run "refuses_flex_on_large_workers" {
  command = plan

  variables {
    runtime = { worker_type = "G.8X", execution_class = "FLEX" }
  }

  expect_failures = [var.runtime]
}

run "refuses_flex_for_a_stream" {
  command = plan

  variables {
    runtime = { type = "gluestreaming", execution_class = "FLEX" }
  }

  expect_failures = [var.runtime]
}

run "refuses_to_scale_a_python_shell_job" {
  command = plan

  variables {
    runtime = { type = "pythonshell", auto_scaling = true }
  }

  expect_failures = [var.runtime]
}

run "refuses_python_3_6" {
  command = plan

  variables {
    runtime = { type = "pythonshell", python_version = "3.6" }
  }

  expect_failures = [var.runtime]
}

run "refuses_python_2_for_spark" {
  command = plan

  variables {
    runtime = { python_version = "2" }
  }

  expect_failures = [var.runtime]
}

run "refuses_memory_workers_for_a_stream" {
  command = plan

  variables {
    runtime = { type = "gluestreaming", worker_type = "R.1X" }
  }

  expect_failures = [var.runtime]
}

run "refuses_bookmarks_of_a_stream" {
  command = plan

  variables {
    runtime  = { type = "gluestreaming" }
    bookmark = "enable"
  }

  expect_failures = [var.bookmark]
}

run "refuses_an_unknown_bookmark" {
  command = plan

  variables {
    bookmark = "reset"
  }

  expect_failures = [var.bookmark]
}

run "refuses_observability_metrics_alone" {
  command = plan

  variables {
    observability = { metrics = false }
  }

  expect_failures = [var.observability]
}

run "refuses_memory_workers_on_an_old_version" {
  command = plan

  variables {
    runtime = { glue_version = "3.0", worker_type = "R.2X" }
  }

  expect_failures = [var.runtime]
}

run "a_key_of_ones_own_encrypts_logs_and_bookmarks_too" {
  command = plan

  variables {
    bookmark    = "enable"
    kms_key_arn = "arn:aws:kms:eu-west-1:123456789012:key/1"
  }

  assert {
    condition     = aws_glue_job.this.security_configuration == aws_glue_security_configuration.this[0].name
    error_message = "The job must run with the security configuration."
  }

  assert {
    condition = toset([
      aws_glue_security_configuration.this[0].encryption_configuration[0].cloudwatch_encryption[0].kms_key_arn,
      aws_glue_security_configuration.this[0].encryption_configuration[0].job_bookmarks_encryption[0].kms_key_arn,
      aws_glue_security_configuration.this[0].encryption_configuration[0].s3_encryption[0].kms_key_arn,
    ]) == toset([var.kms_key_arn])
    error_message = "Logs, bookmarks and data must be encrypted with the key."
  }

  assert {
    condition     = one([for s in jsondecode(aws_iam_role_policy.execution.policy).Statement : s.Action if s.Sid == "UseKey"]) == ["kms:Decrypt", "kms:GenerateDataKey", "kms:Encrypt"]
    error_message = "A job with bookmarks encrypts them itself."
  }
}

run "a_configuration_of_ones_own_wins" {
  command = plan

  variables {
    network     = { security_configuration = "sealed" }
    kms_key_arn = "arn:aws:kms:eu-west-1:123456789012:key/1"
  }

  assert {
    condition     = aws_glue_job.this.security_configuration == "sealed" && length(aws_glue_security_configuration.this) == 0
    error_message = "The named configuration must be the job's."
  }
}

run "sees_the_folders_above_its_prefix_and_nothing_in_them" {
  command = plan

  variables {
    reads  = []
    writes = ["s3://processed/curated/eu/orders/"]
  }

  assert {
    condition     = one([for s in jsondecode(aws_iam_role_policy.execution.policy).Statement : s.Resource if s.Sid == "ReadData"]) == ["arn:aws:s3:::processed/curated/eu/orders/*", "arn:aws:s3:::processed/curated", "arn:aws:s3:::processed/curated/eu", "arn:aws:s3:::processed/curated/eu/orders"]
    error_message = "The folders themselves may be asked for, what lies in them not."
  }

  assert {
    condition     = one([for s in jsondecode(aws_iam_role_policy.execution.policy).Statement : s if s.Sid == "ListProcessed"]).Condition.StringLikeIfExists["s3:prefix"] == ["curated/", "curated/eu/", "curated/eu/orders/*"]
    error_message = "The folders above may be seen to be there."
  }
}
