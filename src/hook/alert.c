#include "hook/alert.h"

#include <limits.h>

static enum gn_alert_news works(struct gn_alert *a)
{
    const bool was_told = a->told_us != 0;

    *a = (struct gn_alert){0};
    return was_told ? GN_ALERT_WORKS : GN_ALERT_NONE;
}

enum gn_alert_news gn_alert_note(struct gn_alert *a,
                                 const struct gn_alert_policy *policy,
                                 bool failed, int64_t now_us)
{
    enum gn_alert_news news = GN_ALERT_NONE;

    if (!failed)
        return works(a);
    if (a->failures == 0)
        a->since_us = now_us;
    a->failures += a->failures < INT_MAX;
    if (a->told_us == 0 && a->failures >= policy->after)
        news = GN_ALERT_FAILS;
    else if (a->told_us != 0 && policy->repeat_us > 0 &&
             now_us - a->told_us >= policy->repeat_us)
        news = GN_ALERT_GOES_ON;
    if (news != GN_ALERT_NONE)
        a->told_us = now_us;
    return news;
}
