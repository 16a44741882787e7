"""EventBridge Scheduler: schedules that fire.

https://docs.aws.amazon.com/scheduler/latest/UserGuide/what-is-scheduler.html
"""
