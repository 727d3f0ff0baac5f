/*
 * alert.h - when people are told that something fails: not at the first
 * failure, not at each, and that it works again. Pure.
 */
#ifndef GN_HOOK_ALERT_H
#define GN_HOOK_ALERT_H

#include <stdbool.h>
#include <stdint.h>

struct gn_alert_policy {
    int after;         /* failures in a row before it is told; at least 1 */
    int64_t repeat_us; /* while it goes on, told again so often; 0: never */
};

/* Of one source, from run to run. All zero: it works, as far as is known. */
struct gn_alert {
    int failures;     /* in a row, the last ones */
    int64_t since_us; /* when the first of them was; 0: none */
    int64_t told_us;  /* when it was told last; 0: it was not */
};

enum gn_alert_news {
    GN_ALERT_NONE,
    GN_ALERT_FAILS,   /* tell that it fails */
    GN_ALERT_GOES_ON, /* ... that it still does */
    GN_ALERT_WORKS,   /* ... that it works again: it was told that it fails */
};

/* Notes how a run went that ended at now_us (wall clock), and says what there
 * is to tell. A clock that was set back repeats nothing too early. */
enum gn_alert_news gn_alert_note(struct gn_alert *alert,
                                 const struct gn_alert_policy *policy,
                                 bool failed, int64_t now_us);

#endif
