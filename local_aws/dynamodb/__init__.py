"""DynamoDB over moto: nothing to download, no Java process."""
