#include "store/commit/group.h"

bool gn_group_admits(const struct gn_group *group,
                     const struct gn_group_limits *limits, size_t statements,
                     size_t bytes, bool alone)
{
    if (group->tickets == 0)
        return true;
    return !alone && !group->alone &&
           group->statements + statements <= limits->statements &&
           group->bytes + bytes <= limits->bytes;
}

int64_t gn_group_gather_ns(const struct gn_group_limits *limits,
                           size_t queued_statements, size_t queued_bytes,
                           int64_t oldest_ns, int64_t now_ns)
{
    const int64_t until_ns = oldest_ns + limits->gather_ns;

    if (queued_statements >= limits->statements ||
        queued_bytes >= limits->bytes || until_ns <= now_ns)
        return 0;
    return until_ns - now_ns;
}
