/* doctor.h - all that the doctor does with a database at a path. Thread: any.
 */
#ifndef GN_STORE_UPKEEP_DOCTOR_H
#define GN_STORE_UPKEEP_DOCTOR_H

#include "garner/maintain.h"

/* As garner_doctor. */
enum garner_code gn_doctor(const char *path,
                           const struct garner_options *options, bool check,
                           garner_tell *tell, void *context,
                           struct garner_error *err);

#endif
