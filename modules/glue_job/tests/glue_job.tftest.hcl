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
      ReadCode      = ["arn:aws:s3:::shared/more.zip", "arn:aws:s3:::artifacts/glue_scripts/process-csv-data/job.py", "arn:aws:s3:::artifacts/glue_scripts/process-csv-data/library.py"]
      WriteLogs     = ["arn:aws:logs:eu-west-1:123456789012:log-group:/aws-glue/*"]
      WriteMetrics  = ["*"]
      ReadData      = ["arn:aws:s3:::source/raw/*", "arn:aws:s3:::source/late/*", "arn:aws:s3:::processed/people/*"]
      WriteData     = ["arn:aws:s3:::processed/people/*"]
      ListSource    = ["arn:aws:s3:::source"]
      ListProcessed = ["arn:aws:s3:::processed"]
      LocateBuckets = ["arn:aws:s3:::processed", "arn:aws:s3:::source"]
    }
    error_message = "Statements: ${aws_iam_role_policy.execution.policy}"
  }

  assert {
    condition     = one([for s in jsondecode(aws_iam_role_policy.execution.policy).Statement : s if s.Sid == "ListSource"]).Condition.StringLike["s3:prefix"] == ["late/*", "raw/*"]
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

run "refuses_a_version_without_updates" {
  command = plan

  variables {
    runtime = { glue_version = "2.0" }
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
