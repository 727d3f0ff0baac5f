#include "engine/alarm.h"

#include <errno.h>
#include <string.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/error.h"

/* So that it is not seen again; a new setting does that by itself. */
static void take_back(struct gn_alarm *alarm)
{
    uint64_t times;

    GN_CHECK(read(alarm->fd, &times, sizeof times) == sizeof times ||
             errno == EAGAIN);
}

static void on_poll(uv_poll_t *poll, int status, int events)
{
    struct gn_alarm *alarm = poll->data;

    (void)events;
    GN_CHECK(status == 0);
    alarm->set_ns = INT64_MAX;
    alarm->before_ns = gn_clock_monotonic_ns();
    alarm->rang(alarm->context);
    if (alarm->set_ns == INT64_MAX)
        take_back(alarm);
}

enum garner_code gn_alarm_init(struct gn_alarm *alarm, uv_loop_t *loop,
                               void (*rang)(void *context), void *context,
                               struct garner_error *err)
{
    int rc;

    *alarm = (struct gn_alarm){
        .rang = rang, .context = context, .set_ns = INT64_MAX};
    alarm->fd = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
    if (alarm->fd < 0)
        return gn_fail(err, GARNER_IO, "a timer: %s", strerror(errno));
    rc = uv_poll_init(loop, &alarm->poll, alarm->fd);
    if (rc != 0) {
        (void)close(alarm->fd); /* nothing was written to it */
        return gn_fail(err, GARNER_IO, "a timer: %s", uv_strerror(rc));
    }
    alarm->poll.data = alarm;
    GN_CHECK(uv_poll_start(&alarm->poll, UV_READABLE, on_poll) == 0);
    return GARNER_OK;
}

void gn_alarm_set(struct gn_alarm *alarm, int64_t at_ns)
{
    struct itimerspec spec = {0}; /* as it is: never */

    if (at_ns < alarm->before_ns + GN_ALARM_GAP_NS)
        at_ns = alarm->before_ns + GN_ALARM_GAP_NS;
    if (at_ns == alarm->set_ns || (at_ns > alarm->set_ns && at_ns != INT64_MAX))
        return;
    alarm->set_ns = at_ns;
    if (at_ns != INT64_MAX)
        spec.it_value = (struct timespec){.tv_sec = at_ns / 1000000000,
                                          .tv_nsec = at_ns % 1000000000};
    GN_CHECK(timerfd_settime(alarm->fd, TFD_TIMER_ABSTIME, &spec, NULL) == 0);
}

static void on_closed(uv_handle_t *handle)
{
    struct gn_alarm *alarm = handle->data;

    (void)close(alarm->fd); /* nothing was written to it */
}

void gn_alarm_close(struct gn_alarm *alarm)
{
    GN_CHECK(uv_poll_stop(&alarm->poll) == 0);
    uv_close((uv_handle_t *)&alarm->poll, on_closed);
}
