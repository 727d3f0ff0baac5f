/*
 * window.h - the hours of the week in which a source may be due: "mon-fri
 * 08:00-18:00, sat 10:00-12:00", "22:00-06:00". Pure.
 *
 * Hours are local time. The end of a span is not in it; one whose end is not
 * after its beginning goes on into the next day.
 */
#ifndef GN_SCHEDULE_WINDOW_H
#define GN_SCHEDULE_WINDOW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "garner/error.h"
#include "schedule/zone.h"

enum { GN_WINDOW_SPANS_MAX = 64 };

struct gn_window {
    size_t count; /* at least 1 */
    struct {
        int16_t from; /* minutes since Sunday 00:00, ascending, apart */
        int16_t until;
    } spans[GN_WINDOW_SPANS_MAX];
};

/* Errors: INVALID: what is wrong with text, and how it is written. */
enum garner_code gn_window_parse(const char *text, struct gn_window *out,
                                 struct garner_error *err);

bool gn_window_has(const struct gn_window *window, const struct gn_zone *zone,
                   int64_t at_s);

/* The first instant at or after at_s in the window; INT64_MAX: none in the next
 * ten weeks (its hours do not exist). */
int64_t gn_window_opens(const struct gn_window *window,
                        const struct gn_zone *zone, int64_t at_s);

/* Until when it stays open from at_s on, which is in it; INT64_MAX: always. */
int64_t gn_window_closes(const struct gn_window *window,
                         const struct gn_zone *zone, int64_t at_s);

#endif
