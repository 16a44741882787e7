"""What a Map state in distributed mode does with its items, as a model free of LocalStack.

https://docs.aws.amazon.com/step-functions/latest/dg/state-map-distributed.html
"""
