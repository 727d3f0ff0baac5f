/*
 * rule.h - the rule by which a time zone's summer time comes and goes for ever,
 * as POSIX writes it: "GMT0BST,M3.5.0/1,M10.5.0". Pure.
 */
#ifndef GN_SCHEDULE_RULE_H
#define GN_SCHEDULE_RULE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The most that a zone may be off UTC (RFC 8536): what is more is refused. */
enum { GN_OFFSET_LEAST_S = -89999, GN_OFFSET_MOST_S = 93599 };

/* A time of one offset. */
struct gn_period {
    int64_t from;   /* seconds since 1970 UTC; INT64_MIN: since ever */
    int64_t until;  /* before which it ends; INT64_MAX: it does not */
    int32_t offset; /* local time - UTC, seconds */
};

enum gn_rule_kind {
    GN_RULE_WEEKDAY, /* M3.5.0: the last (5th) Sunday (0) of March */
    GN_RULE_JULIAN,  /* J60: the 60th day (of 365): March 1, always */
    GN_RULE_DAY,     /* 59: day 59 (from 0, of 366) */
};

struct gn_rule_day {
    enum gn_rule_kind kind;
    int month;
    int week;
    int day;
    int32_t second; /* of that day, local time till then; may be below 0 */
};

struct gn_rule {
    int32_t standard; /* local time - UTC, seconds */
    bool has_summer;  /* the fields below are of use */
    int32_t summer;
    struct gn_rule_day begin;
    struct gn_rule_day end;
};

/* false: text is no such rule. With summer time it must say when. */
bool gn_rule_parse(const char *text, struct gn_rule *out);

/* The period in which at_s lies. It may be followed by one of the same offset.
 */
struct gn_period gn_rule_period(const struct gn_rule *rule, int64_t at_s);

#endif
