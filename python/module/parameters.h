/* parameters.h - the arguments of a statement, by position or by name. */
#ifndef GP_PARAMETERS_H
#define GP_PARAMETERS_H

#include "link.h"
#include "values.h"

/* Binds arguments (NULL: none) to s. false: an exception is set. */
bool gp_parameters_bind(struct gp_state *state, struct gp_statement *s,
                        PyObject *arguments);

/* true: they are by position, so that their names need not be known. */
bool gp_parameters_are_positional(PyObject *arguments);

/* Values for garner's calls. */
struct gp_parameters {
    struct gp_value *taken;
    struct garner_value *values;
    size_t count;
};

/* Takes arguments (by position; NULL: none), or, where s is not NULL, those
 * that it asks for. false: an exception is set. After OK, release. */
bool gp_parameters_take(struct gp_state *state, struct gp_statement *s,
                        PyObject *arguments, struct gp_parameters *out);
void gp_parameters_release(struct gp_parameters *p);

#endif
