#include "extract/quota.h"

#include "base/error.h"
#include "base/unit.h"
#include "extract/budget.h"

struct gn_quota gn_quota_or(const struct gn_quota *given,
                            const struct gn_quota *others)
{
    return (struct gn_quota){
        .time_ms = given->time_ms > 0 ? given->time_ms : others->time_ms,
        .memory_bytes = given->memory_bytes > 0 ? given->memory_bytes
                                                : others->memory_bytes,
        .rows_bytes =
            given->rows_bytes > 0 ? given->rows_bytes : others->rows_bytes,
        .length_bytes = given->length_bytes > 0 ? given->length_bytes
                                                : others->length_bytes,
    };
}

static enum garner_code longer(int64_t bytes, const char *shown,
                               struct garner_error *err)
{
    return gn_fail(err, GARNER_FULL,
                   "the SQL makes a text or a blob of more than %s, %s", shown,
                   bytes < GN_QUOTA_LENGTH_MOST
                       ? "its limit: make less, or raise limits.length"
                       : "the most that SQLite can have: make less");
}

enum garner_code gn_quota_exceeded(const struct gn_quota *limits,
                                   enum gn_quota_part which, size_t row_count,
                                   struct garner_error *err)
{
    char shown[32];

    switch (which) {
    case GN_QUOTA_TIME:
        gn_unit_format_duration(limits->time_ms, shown);
        return gn_fail(err, GARNER_TIMEOUT,
                       GN_BUDGET_OVER ": ask for less, or raise limits.time",
                       shown);
    case GN_QUOTA_ROWS:
        gn_unit_format_size(limits->rows_bytes, shown);
        return gn_fail(err, GARNER_FULL,
                       "after %zu rows the rows of one answer take more than "
                       "%s, the limit: select less, or raise limits.rows",
                       row_count, shown);
    case GN_QUOTA_LENGTH:
        gn_unit_format_size(limits->length_bytes, shown);
        return longer(limits->length_bytes, shown, err);
    case GN_QUOTA_MEMORY:
        break;
    }
    gn_unit_format_size(limits->memory_bytes, shown);
    return gn_fail(err, GARNER_FULL,
                   "the SQL needs more than %s of memory, its limit: sort, "
                   "group or join less, or raise limits.memory",
                   shown);
}
