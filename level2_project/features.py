import pandas as pd, numpy as np
from level2_project.grid import *
from level2_project.features_usage import usage_features
from level2_project.features_billing import billing_features
from level2_project.features_tickets import ticket_features
from level2_project.features_contract import *

def features(sources, text, rows):
    import time
    grid = grid_of(rows)
    cells = grid.cells(rows)
    t=time.time()
    c, began = contract_features(grid, sources.subscriptions); print('contract',time.time()-t); t=time.time()
    g = [c, crm_features(grid, sources.customers), offer_features(grid, sources.offers)]; print('crm',time.time()-t); t=time.time()
    g.append(billing_features(grid, sources.transactions)); print('billing',time.time()-t); t=time.time()
    g.append(ticket_features(grid, sources.tickets, text)); print('tickets',time.time()-t); t=time.time()
    g.append(usage_features(grid, sources.usage, began)); print('usage',time.time()-t); t=time.time()
    cols = {k: v[cells].astype(np.float32) for d in g for k, v in d.items()}
    out = rows[["customer_id","cutoff"]].assign(**cols)
    out["month"] = out.cutoff.dt.month
    print('out',time.time()-t)
    return out
