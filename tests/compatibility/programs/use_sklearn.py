# /// script
# dependencies = ["scikit-learn"]
# ///
"""Fits models on its own data sets (data files), in pipelines and with joblib's processes and threads; shows one as HTML."""

import pickle
import warnings

import joblib
import numpy as np
import sklearn.utils.discovery
from sklearn import cluster, datasets, decomposition, ensemble, exceptions, linear_model, metrics, model_selection, neighbors
from sklearn import pipeline, preprocessing, svm, utils
from sklearn.feature_extraction import text

data = datasets.load_iris()
train, test, train_labels, test_labels = model_selection.train_test_split(data.data, data.target, random_state=3)
model = pipeline.make_pipeline(preprocessing.StandardScaler(), linear_model.LogisticRegression())
model.fit(train, train_labels)
print("logistic", round(model.score(test, test_labels), 3), metrics.confusion_matrix(test_labels, model.predict(test)).tolist())
forest = ensemble.RandomForestClassifier(20, random_state=3, n_jobs=2).fit(train, train_labels)
print("forest", forest.score(test, test_labels) > 0.9, forest.feature_importances_.shape)
boosted = ensemble.HistGradientBoostingClassifier(max_iter=10, random_state=3).fit(train, train_labels)
print("boosted", boosted.score(test, test_labels) > 0.9)
search = model_selection.GridSearchCV(svm.SVC(), {"C": [0.1, 1, 10]}, cv=3).fit(train, train_labels)
print("search", search.best_params_, round(search.best_score_, 3))
print("clusters", np.bincount(cluster.KMeans(3, n_init=5, random_state=3).fit_predict(data.data)).sum())
print("components", decomposition.PCA(2).fit(data.data).explained_variance_ratio_.round(4).tolist())
print("neighbours", neighbors.NearestNeighbors(n_neighbors=2, algorithm="ball_tree").fit(train).kneighbors(train[:1])[1].shape)
print("words", text.TfidfVectorizer().fit(["a small text", "a text that is longer"]).get_feature_names_out().tolist())
print("digits", datasets.load_digits().images.shape, len(datasets.load_breast_cancer().feature_names))
print("description", data.DESCR.splitlines()[2])
print("pickle", pickle.loads(pickle.dumps(model)).predict(test[:3]).tolist())
print("threads", joblib.Parallel(n_jobs=2, prefer="threads")(joblib.delayed(abs)(number) for number in (-1, -2)))
print("processes", joblib.Parallel(n_jobs=2)(joblib.delayed(abs)(number) for number in (-1, -2)))
print("html", "<style>" in utils.estimator_html_repr(model), len(sklearn.utils.discovery.all_estimators("classifier")) > 30)
with warnings.catch_warnings():
    warnings.simplefilter("error")
    try:
        linear_model.LogisticRegression(max_iter=1).fit(train, train_labels)
    except exceptions.ConvergenceWarning as error:
        print("error", type(error).__name__)
try:
    linear_model.LinearRegression().predict(test)
except exceptions.NotFittedError as error:
    print("error", str(error).split(".")[0])
