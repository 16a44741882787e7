from pathlib import Path

from local_aws.spark import conf
from local_aws.spark.settings import SparkSettings


def test_s3_goes_to_the_endpoint_of_the_environment() -> None:
    environment = {
        "AWS_ENDPOINT_URL": "http://localhost:4566",
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "secret",
        "AWS_REGION": "eu-central-1",
    }
    made = conf.run_properties("job", environment, {})
    assert made["spark.hadoop.fs.s3a.endpoint"] == "http://localhost:4566"
    assert made["spark.hadoop.fs.s3a.connection.ssl.enabled"] == "false"
    assert made["spark.hadoop.fs.s3a.endpoint.region"] == "eu-central-1"
    assert made["spark.hadoop.fs.s3a.aws.credentials.provider"].endswith(
        "SimpleAWSCredentialsProvider"
    )
    assert made["spark.executorEnv.AWS_ENDPOINT_URL"] == "http://localhost:4566"
    assert made["spark.app.name"] == "job"


def test_the_endpoint_of_s3_alone_wins_and_session_tokens_count() -> None:
    environment = {
        "AWS_ENDPOINT_URL": "http://a", "AWS_ENDPOINT_URL_S3": "https://b",
        "AWS_SESSION_TOKEN": "t",
    }  # fmt: skip
    made = conf.run_properties("job", environment, {})
    assert made["spark.hadoop.fs.s3a.endpoint"] == "https://b"
    assert made["spark.hadoop.fs.s3a.connection.ssl.enabled"] == "true"
    assert made["spark.hadoop.fs.s3a.session.token"] == "t"
    assert "Temporary" in made["spark.hadoop.fs.s3a.aws.credentials.provider"]


def test_the_jobs_conf_wins() -> None:
    made = conf.run_properties("job", {}, {"spark.app.name": "own", "spark.x": "1"})
    assert made["spark.app.name"] == "own"
    assert made["spark.x"] == "1"


def test_settings_come_from_the_environment_given(tmp_path: Path) -> None:
    environment = {
        "LOCAL_AWS_CACHE_DIR": "/cache", "MAVEN_REPOSITORY_URL": "http://mirror",
        "LOCAL_AWS_SPARK_THREADS": "3", "LOCAL_AWS_SPARK_MEMORY": "2g",
        "LOCAL_AWS_SPARK_WARM": "0", "JAVA_HOME": "/java",
        "LOCAL_AWS_SPARK_JAVA_OPTIONS": "-Xint -Xss2m",
    }  # fmt: skip
    settings = SparkSettings.from_environment(environment, tmp_path)
    assert settings == SparkSettings(
        directory=tmp_path, cache_dir=Path("/cache"), java_home=Path("/java"),
        maven_url="http://mirror", threads=3, driver_memory="2g", warm=False,
        java_options=("-Xint", "-Xss2m"),
    )  # fmt: skip
    assert conf.jvm_properties(settings, tmp_path)["spark.master"] == "local[3]"


def test_the_sdk_of_a_jobs_jars_reaches_the_same_services() -> None:
    """By an address to which no bucket's name is prepended: S3 then has it in the path.

    https://docs.aws.amazon.com/AmazonS3/latest/userguide/VirtualHosting.html
    """
    environment = {
        "AWS_ENDPOINT_URL": "http://localhost:4566", "AWS_ACCESS_KEY_ID": "a",
        "AWS_SECRET_ACCESS_KEY": "b", "AWS_REGION": "eu-central-1",
    }  # fmt: skip
    made = conf.run_properties("job", environment, {})
    assert {name: value for name, value in made.items() if name.startswith("aws.")} == {
        "aws.endpointUrl": "http://127.0.0.1:4566", "aws.accessKeyId": "a",
        "aws.secretAccessKey": "b", "aws.region": "eu-central-1",
    }  # fmt: skip


def test_the_catalogs_tables_outlive_the_run(tmp_path: Path) -> None:
    made = conf.catalog_properties(tmp_path)
    assert made["spark.sql.catalogImplementation"] == "hive"
    assert made["spark.sql.warehouse.dir"] == str(tmp_path)
