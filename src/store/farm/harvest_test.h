/* harvest_test.h - what the tests of both ends of a harvest share. Tests only.
 */
#ifndef GN_STORE_FARM_HARVEST_TEST_H
#define GN_STORE_FARM_HARVEST_TEST_H

#include "store/farm/fixture_test.h"

#include "store/farm/harvest.h"
#include "store/farm/transit.h"

static struct garner_error err;
static struct garner_store *into;
static struct gn_harvest h;
static struct gn_layout_keys keys;
static struct garner_harvest_options how;

static UNUSED void works(enum garner_code code)
{
    if (code != GARNER_OK)
        fail_msg("%s: %s", garner_code_name(code), err.message);
}

/* A farm of one shard, and both ends open. */
static UNUSED int with_ends(void **state)
{
    char home[128];

    if (with_options(state) != 0)
        return -1;
    options.foreign_keys = true;
    if (open_farm(1, NULL) != GARNER_OK)
        return -1;
    exec_all(FARM_TABLE);
    add_keys(0, 10);
    snprintf(home, sizeof home, "%s/home", fixture.folder);
    how = (struct garner_harvest_options){0};
    if (garner_open(home, &options, &into, NULL) != GARNER_OK ||
        gn_transit_keys(fleet_of(store), &keys, NULL) != GARNER_OK)
        return -1;
    h = (struct gn_harvest){
        .fleet = fleet_of(store),
        .into = into->shard,
        .options = &how,
        .keys = &keys,
        .most = 4,
    };
    return gn_fleet_reader(h.fleet, 0, &h.reader, NULL) == GARNER_OK &&
                   gn_harvest_open_target(&h, NULL) == GARNER_OK &&
                   gn_harvest_open_source(&h, NULL) == GARNER_OK
               ? 0
               : -1;
}

static UNUSED int without_ends(void **state)
{
    gn_sqlite_close(h.reader);
    gn_layout_keys_fini(&keys);
    garner_close(into);
    return without_store(state);
}

#define ENDS(f) cmocka_unit_test_setup_teardown(f, with_ends, without_ends)

#endif
