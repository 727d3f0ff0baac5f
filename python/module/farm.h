/* farm.h - a farm: garner.connect("folder?shards=4") gives a Farm, whose
 * statements are transactions of their own; rows are placed by a key. */
#ifndef GP_FARM_H
#define GP_FARM_H

#include "state.h"

PyTypeObject *gp_farm_make_type(PyObject *module);
PyTypeObject *gp_farm_make_shard_type(PyObject *module);

/* true: database (connect's) names a farm. */
bool gp_farm_is_named(PyObject *database);

/* connect(database, timeout=5.0): a Farm. */
PyObject *gp_farm_open(struct gp_state *state, PyObject *args,
                       PyObject *kwargs);

#endif
