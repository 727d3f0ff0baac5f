#include "engine/steer/asked.h"

#include <stdio.h>

uint64_t gn_asked_add(struct gn_asked *asked, bool whole)
{
    asked->whole = asked->whole || whole;
    asked->waits = true;
    return asked->begun + 1;
}

uint64_t gn_asked_begin(struct gn_asked *asked, bool *whole)
{
    *whole = asked->whole;
    asked->whole = false;
    asked->waits = false;
    return ++asked->begun;
}

void gn_asked_answer(struct gn_asked *asked, uint64_t number,
                     const struct gn_run *run, const char *failure,
                     const char *error)
{
    if (number <= asked->answered)
        return; /* it was stored once more, behind a later one */
    asked->answered = number;
    asked->last = (struct gn_asked_run){.failed = failure != NULL,
                                        .status = run->status,
                                        .duration_us = run->duration_us,
                                        .bytes = run->bytes,
                                        .rows = run->rows};
    if (failure != NULL)
        snprintf(asked->last.error, sizeof asked->last.error, "%s",
                 error != NULL ? error : failure);
}

void gn_asked_refuse(struct gn_asked *asked, uint64_t number, const char *why)
{
    const struct gn_run none = {.bytes = -1, .rows = -1};

    if (number != 0)
        gn_asked_answer(asked, number, &none, why, NULL);
}
