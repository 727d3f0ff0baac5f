/* schedule_testing.h - for tests: a schedule whose time is given, and what a
 * loop does with it. */
#ifndef GN_SCHEDULE_SCHEDULE_TESTING_H
#define GN_SCHEDULE_SCHEDULE_TESTING_H

#include "schedule/schedule.h"

#define MS INT64_C(1000000) /* nanoseconds */
#define S  (1000 * MS)

static const struct gn_spec each_second = {.every_ms = 1000};

static inline struct gn_schedule *begin(int64_t start_ns)
{
    struct gn_schedule *s;

    assert_int_equal(gn_schedule_new(start_ns, 7, &s, NULL), GARNER_OK);
    return s;
}

static inline void add(struct gn_schedule *s, struct gn_due *due,
                       const struct gn_spec *spec, int64_t now_ns)
{
    assert_int_equal(gn_schedule_add(s, due, spec, now_ns, now_ns / 1000, NULL),
                     GARNER_OK);
}

/* A schedule with one source, from start_ns on. */
static inline struct gn_schedule *
begin_with(struct gn_due *due, const struct gn_spec *spec, int64_t start_ns)
{
    struct gn_schedule *s = begin(start_ns);

    add(s, due, spec, start_ns);
    return s;
}

static inline struct gn_due *pop(struct gn_schedule *s, int64_t now_ns,
                                 int64_t *due_at)
{
    return gn_schedule_pop(s, now_ns, now_ns / 1000, due_at);
}

/* As a loop does whose runs take no time. */
static inline int run_all(struct gn_schedule *s, int64_t now_ns)
{
    struct gn_due *due;
    int64_t due_at;
    int runs = 0;

    while ((due = gn_schedule_pop(s, now_ns, now_ns / 1000, &due_at)) != NULL) {
        gn_schedule_finish(s, due);
        runs++;
    }
    return runs;
}

static inline uint64_t missed(const struct gn_due *due)
{
    uint64_t all = 0;

    for (int i = 0; i < GN_MISS_REASONS; i++)
        all += due->missed[i];
    return all;
}

#endif
