/* finding.h - tells what the doctor found (garner/maintain.h). Thread: one. */
#ifndef GN_STORE_UPKEEP_FINDING_H
#define GN_STORE_UPKEEP_FINDING_H

#include "garner/maintain.h"

/* Whom to tell. */
struct gn_teller {
    garner_tell *tell;
    void *context;
};

/* Tells one finding; format makes its value, which is cut after 400 bytes. */
void gn_finding(const struct gn_teller *t, enum garner_grade grade,
                const char *topic, const char *advice, const char *format, ...)
    __attribute__((format(printf, 5, 6)));

#endif
