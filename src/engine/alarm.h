/*
 * alarm.h - calls back at an instant of the monotonic clock, to the microsecond
 * (a loop's own timers count whole milliseconds).
 *
 * Thread: the loop's.
 */
#ifndef GN_ENGINE_ALARM_H
#define GN_ENGINE_ALARM_H

#include <stdint.h>
#include <uv.h>

#include "garner/error.h"

struct gn_alarm {
    int fd;
    uv_poll_t poll;
    void (*rang)(void *context);
    void *context;
    int64_t set_ns;    /* when it rings; INT64_MAX: never */
    int64_t before_ns; /* when it last rang */
};

/* Errors: IO. */
enum garner_code gn_alarm_init(struct gn_alarm *alarm, uv_loop_t *loop,
                               void (*rang)(void *context), void *context,
                               struct garner_error *err);

/* Sets it to ring once at that instant, or before: an earlier setting stays,
 * for a new one is a call to the kernel. In the past: at once; INT64_MAX:
 * never, whatever it was set to. Rings are at least GN_ALARM_GAP_NS apart: at
 * the price of ringing late by at most that, many due times in a row cost few
 * wake-ups. */
#define GN_ALARM_GAP_NS INT64_C(500000)
void gn_alarm_set(struct gn_alarm *alarm, int64_t at_ns);

/* Closes its handle; run the loop before the memory goes. */
void gn_alarm_close(struct gn_alarm *alarm);

#endif
