/*
 * group.h - which waiting tickets share a transaction, and when a group of
 * asynchronous ones has gathered long enough. Pure.
 */
#ifndef GN_STORE_COMMIT_GROUP_H
#define GN_STORE_COMMIT_GROUP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct gn_group_limits {
    size_t statements;
    size_t bytes;
    int64_t gather_ns;
};

/* What is in a group so far. */
struct gn_group {
    size_t tickets;
    size_t statements;
    size_t bytes;
    bool alone; /* holds a ticket that shares with none */
};

/* true: a ticket of these sizes may join group. The first always may, however
 * large it is. */
bool gn_group_admits(const struct gn_group *group,
                     const struct gn_group_limits *limits, size_t statements,
                     size_t bytes, bool alone);

/* How long asynchronous work, the oldest of which was queued at oldest_ns, may
 * still gather at now_ns: 0 when the group would be full, or the time is up. */
int64_t gn_group_gather_ns(const struct gn_group_limits *limits,
                           size_t queued_statements, size_t queued_bytes,
                           int64_t oldest_ns, int64_t now_ns);

#endif
