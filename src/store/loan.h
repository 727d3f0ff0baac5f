/* loan.h - what closing a store has to know of loans (garner/sqlite.h). */
#ifndef GN_STORE_LOAN_H
#define GN_STORE_LOAN_H

#include "store/shard.h"

/* The calling thread is about to close s: what it has borrowed is given back,
 * but for the loans' own memory. */
void gn_loan_recall(struct gn_shard *s);

#endif
