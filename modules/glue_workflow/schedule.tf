# What is wrong with the schedule. Glue would say so only at apply.
# https://docs.aws.amazon.com/glue/latest/dg/monitor-data-warehouse-schedule.html

locals {
  fields = var.schedule == null ? [] : try(regexall("[^[:space:]]+", regex("^cron\\(([^()]*)\\)$", trimspace(var.schedule))[0]), [])

  # A field takes items, parted by commas: a value, a range, * or either of these in steps.
  value = {
    "Minutes"      = "[0-5]?[0-9]"
    "Hours"        = "([01]?[0-9]|2[0-3])"
    "Day-of-month" = "(0?[1-9]|[12][0-9]|3[01])"
    "Month"        = "(0?[1-9]|1[0-2]|JAN|FEB|MAR|APR|MAY|JUN|JUL|AUG|SEP|OCT|NOV|DEC)"
    "Day-of-week"  = "([1-7]|SUN|MON|TUE|WED|THU|FRI|SAT)"
    "Year"         = "(19[7-9][0-9]|2[01][0-9][0-9])"
  }
  special = {
    "Day-of-month" = "|\\?|L|LW|${local.value["Day-of-month"]}W"
    "Day-of-week"  = "|\\?|L|${local.value["Day-of-week"]}L"
  }
  item        = { for field, value in local.value : field => "((\\*|${value}(-${value})?)(/[1-9][0-9]*)?${lookup(local.special, field, "")})" }
  field_names = ["Minutes", "Hours", "Day-of-month", "Month", "Day-of-week", "Year"]
  bad_fields = length(local.fields) != 6 ? [] : [
    for index, field in local.field_names : "${field} ${local.fields[index]}"
    if !can(regex("^(?i:${local.item[field]}(,${local.item[field]})*)$", local.fields[index]))
  ]

  # The minutes at which it fires: the first and last of each item, and its step.
  spans = length(local.fields) != 6 || length(local.bad_fields) > 0 ? [] : [
    for item in split(",", local.fields[0]) : {
      from = tonumber(startswith(item, "*") ? 0 : regex("^[0-9]+", item))
      to   = tonumber(try(regex("-([0-9]+)", item)[0], can(regex("^\\*|/", item)) ? 59 : regex("^[0-9]+", item)))
      step = tonumber(try(regex("/([0-9]+)", item)[0], 1))
    }
  ]
  minutes = [for minute in range(60) : minute if anytrue([for span in local.spans : minute >= span.from && minute <= span.to && (minute - span.from) % span.step == 0])]
  too_fast = anytrue([
    for index, minute in local.minutes :
    length(local.minutes) > 1 && (index == 0 ? minute + 60 - local.minutes[length(local.minutes) - 1] : minute - local.minutes[index - 1]) < 5
  ])

  schedule_problems = var.schedule == null ? [] : concat(
    length(local.fields) == 6 ? [] : ["The schedule ${var.schedule} is none: write cron(Minutes Hours Day-of-month Month Day-of-week Year), such as cron(15 12 * * ? *)."],
    [for field in local.bad_fields : "The schedule ${var.schedule} has a field that Glue does not know: ${field}."],
    length(local.fields) != 6 ? [] : (local.fields[2] == "?") != (local.fields[4] == "?") ? [] : ["The schedule ${var.schedule} needs a ? as Day-of-month or as Day-of-week, and a value in the other."],
    !local.too_fast ? [] : ["The schedule ${var.schedule} fires more often than every five minutes, which Glue does not do."],
  )
}
