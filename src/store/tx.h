/*
 * tx.h - what others build on a user's transaction.
 */
#ifndef GN_STORE_TX_H
#define GN_STORE_TX_H

#include "garner/tx.h"
#include "store/commit/hold.h"

/* What tx holds; tx may be NULL. Errors: MISUSE. */
enum garner_code gn_tx_hold(struct garner_tx *tx, struct gn_hold **hold,
                            struct garner_error *err);

#endif
