# %% [markdown]
# # Who will leave?
#
# A company sells software by subscription. Which of its customers will leave next
# month, and who should get an offer to stay? We have one file with one row per
# customer, and answer with one notebook.

# %%
import json
from pathlib import Path

import joblib
import pandas as pd

# %%
DATA = Path("../data/raw")  # where flat.csv lies
OUT = Path("../build/level1")  # where the claim, the model and the predictions go

# %% [markdown]
# ## load
#
# One row per customer, for every customer that the company has ever had.

# %%
customers = pd.read_csv(DATA / "flat.csv")
customers.shape

# %%
customers.head(3).T

# %% [markdown]
# Some values are missing. How many?

# %%
missing_percent = 100 * customers.isna().mean()
missing_percent[missing_percent > 0].round(1)

# %% [markdown]
# ## explore
#
# How many customers have left so far?

# %%
status = customers["churned"].map({0: "still here", 1: "left"}).rename("status")
status.value_counts()

# %%
import matplotlib.pyplot as plt
import plotly.express as px
import plotly.io as pio
import seaborn as sns

sns.set_theme(style="whitegrid", palette=["#9ecae1", "#08519c"])  # differ in grey, too
plt.rcParams.update({"figure.figsize": (6.4, 3), "figure.dpi": 90})
pio.renderers.default = "plotly_mimetype"  # stores the figure, not the library

# %% [markdown]
# Which plans and contracts lose the most customers? Monthly contracts do, on every
# plan; the smaller the plan, the more.

# %%
left_percent = (100 * customers["churned"]).rename("left_percent")
kinds = {"x": customers["plan"], "order": ["solo", "team", "business"]}
hues = {"hue": customers["contract"], "hue_order": ["annual", "monthly"]}
axes = sns.barplot(y=left_percent, **kinds, **hues, errorbar=None)
axes.set(xlabel="plan", ylabel="customers who left (%)")
sns.move_legend(axes, "upper left", bbox_to_anchor=(1, 1))
plt.show()

# %% [markdown]
# How long had they stayed when they left? Many leave in their first two years.

# %%
hues = {"hue": status, "hue_order": ["still here", "left"]}
bars = {"binwidth": 6, "multiple": "stack", "alpha": 1}
axes = sns.histplot(x=customers["tenure_months"], **hues, **bars)
axes.set(xlabel="tenure (months)", ylabel="customers")
plt.show()

# %% [markdown]
# Did those who left use the product less? On fewer days, yes. (A box holds the middle
# half of the customers, the whiskers hold all.)

# %%
days, order = customers["total_active_days"], ["still here", "left"]
axes = sns.boxplot(x=days, y=status, order=order, color="#9ecae1", whis=(0, 100))
axes.set(xlabel="days with any use, in total", ylabel="")
plt.show()

# %% [markdown]
# Is silence a warning? A very clear one: most of the customers without any use for a
# month have left.

# %%
edges = [0, 1, 2, 7, 14, 30, 90, 1000]
names = ["1", "2", "3 to 7", "8 to 14", "15 to 30", "31 to 90", "over 90"]
silence = pd.cut(customers["days_since_last_use"], edges, labels=names)
axes = sns.barplot(x=silence, y=left_percent, color="#08519c", errorbar=None)
axes.set(xlabel="time since last use (days)", ylabel="customers who left (%)")
plt.show()

# %% [markdown]
# Which columns go with leaving? A long silence does; automatic renewal and a lot of
# use go with staying.

# %%
numbers = customers.drop(columns="customer_id").corr(numeric_only=True)
correlation = numbers["churned"].drop("churned").sort_values()
axes = sns.barplot(x=correlation, y=correlation.index, color="#08519c")
axes.set(xlabel="correlation with having left (-1 to 1)", ylabel="")
plt.show()

# %% [markdown]
# Which groups should we look at first? The next figure can be clicked into. Where it
# cannot be drawn: each tile is a group of customers by plan, contract and channel, its
# size is the number of customers, its shade the share that left. The darkest tiles are
# solo customers on monthly contracts, the lightest business customers on annual ones.

# %%
by = ["plan", "contract", "channel"]
groups = customers[by].join(left_percent).groupby(by)["left_percent"]
groups = groups.agg(["size", "mean"]).round(1).reset_index()
groups.columns = [*by, "customers", "left (%)"]
shade = {"color": "left (%)", "color_continuous_scale": "Blues"}
figure = px.treemap(groups, path=by, values="customers", **shade, height=400)
hover = "%{id}<br>%{value} customers, %{color:.0f} % left<extra></extra>"
figure.update_traces(hovertemplate=hover, root_color="white")
figure.update_layout(margin={"t": 0, "l": 0, "r": 0, "b": 0})
figure.show()

# %% [markdown]
# ## label
#
# The answer is in the file: `churned` is 1 for a customer who has left, 0 for one who
# is still here.

# %%
y = customers["churned"]
f"{y.mean():.1%} have left"

# %% [markdown]
# ## features
#
# Every column may help, except the number of the customer. Missing numbers become the
# mean of their column, words become columns of zeros and ones.

# %%
X = customers.drop(columns=["customer_id", "churned"])
means = X.mean(numeric_only=True)
X = pd.get_dummies(X.fillna(means), dtype=float)
X.shape

# %% [markdown]
# ## split
#
# Four fifths of the customers to learn from, one fifth, drawn at random, to test on.

# %%
from sklearn.model_selection import train_test_split

X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=0.2, random_state=0)
len(X_train), len(X_test)

# %% [markdown]
# ## train
#
# Two models, both as they come: logistic regression, which wants its columns on one
# scale, and a random forest.

# %%
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

models = {
    "logistic regression": make_pipeline(StandardScaler(), LogisticRegression()),
    "random forest": RandomForestClassifier(random_state=0),
}

# %%
for model in models.values():
    model.fit(X_train, y_train)

# %% [markdown]
# What does the forest look at?

# %%
importance = pd.Series(models["random forest"].feature_importances_, X.columns)
importance.nlargest(6).round(3)

# %% [markdown]
# ## evaluate
#
# How often is each model right about customers that it has not seen? Accuracy counts a
# probability of at least 0.5 as "left"; the other three judge the probabilities.

# %%
from sklearn import metrics


def score(p):
    return {
        "accuracy": metrics.accuracy_score(y_test, p >= 0.5),
        "roc_auc": metrics.roc_auc_score(y_test, p),
        "average_precision": metrics.average_precision_score(y_test, p),
        "log_loss": metrics.log_loss(y_test, p),
    }


# %%
p_test = {name: model.predict_proba(X_test)[:, 1] for name, model in models.items()}
scores = pd.DataFrame({name: score(p) for name, p in p_test.items()}).T
scores.round(3)

# %% [markdown]
# We keep the one that is right more often.

# %%
best = scores["accuracy"].idxmax()
p_churn = pd.Series(p_test[best], index=y_test.index)
best

# %% [markdown]
# Where is it wrong?

# %%
truth = y_test.map({0: "still here", 1: "left"}).rename("truth")
prediction = (p_churn >= 0.5).map({False: "still here", True: "left"})
pd.crosstab(truth, prediction.rename("prediction"))

# %% [markdown]
# This is what we expect of the model. Calibration is the number of leavers that it
# predicts for each one that there was. Lift is the share of leavers in the tenth with
# the highest probabilities, divided by the share of leavers among all.

# %%
highest = p_churn.nlargest(round(0.1 * len(p_churn))).index
claim = scores.loc[best].to_dict()
claim["calibration"] = float(p_churn.sum() / y_test.sum())
claim["lift_at_10_percent"] = float(y_test[highest].mean() / y_test.mean())
pd.Series(claim).round(3)

# %%
OUT.mkdir(parents=True, exist_ok=True)
with open(OUT / "claim.json", "w") as file:
    json.dump(claim, file, indent=2)

# %% [markdown]
# ## decide
#
# An offer goes to each customer with a probability of at least 0.5: the model calls
# them leavers. How many of the test customers is that?

# %%
offer = p_churn >= 0.5
f"{offer.sum()} of {len(offer)} test customers"

# %% [markdown]
# The model is saved with all that it needs to see new customers as it saw the old ones.

# %%
saved = {"model": models[best], "means": means, "columns": X.columns}
joblib.dump(saved, OUT / "model.joblib")

# %% [markdown]
# ## predict
#
# This month's customers are those who are still here. They get the same filling and
# the same columns.

# %%
saved = joblib.load(OUT / "model.joblib")
today = pd.read_csv(DATA / "flat.csv").query("churned == 0")
X_today = today.drop(columns=["customer_id", "churned"]).fillna(saved["means"])
X_today = pd.get_dummies(X_today, dtype=float)
X_today = X_today.reindex(columns=saved["columns"], fill_value=0)

# %%
predictions = today[["customer_id"]].reset_index(drop=True)
predictions["p_churn"] = saved["model"].predict_proba(X_today)[:, 1]
predictions["offer"] = predictions["p_churn"] >= 0.5
predictions.to_csv(OUT / "predictions.csv", index=False)
predictions.nlargest(5, "p_churn").round(3)

# %% [markdown]
# Who gets an offer this month?

# %%
f"{predictions['offer'].sum()} of {len(predictions)} customers"

# %% [markdown]
# ## what this is enough for
#
# For meeting the data, showing a colleague a first picture, and learning how a model is
# fitted. Not for deciding about money every month. What will hurt first:
#
# - **One row per customer, no cutoff.** The file is what is known today. Nothing in it
#   says what was known before a customer left, and that is all we have to predict from.
# - **Totals up to the day of export.** Spend, minutes and active days stop growing when
#   somebody leaves. A small total may be an effect of leaving and not a cause.
# - **Columns that say in other words who has left.** `days_since_last_use` grows after
#   the end, and `auto_renew` is turned off because of it. Of the customers who are
#   still here, such columns say little.
# - **A random split.** The test customers come from the same time as the others. The
#   future does not.
# - **"Ever left" is not "leaves next month".** The model answers the first question;
#   the company asked the second.
# - **Accuracy.** Few customers leave in any month, so "no one leaves" is nearly always
#   right, and of no use.
# - **A threshold of one half.** Few customers are that likely to leave within a month.
#   Whether an offer pays depends on what it costs, what the customer is worth and
#   whether the offer changes anything.
# - **A CSV by hand, a pickle by joblib.** Nobody knows which data made which model, and
#   a pickle may fail to open, or do harm, in another place.
# - **Nobody watches it.** There is no step `monitor`: when customers, prices or the
#   file change, nothing here will say so.
