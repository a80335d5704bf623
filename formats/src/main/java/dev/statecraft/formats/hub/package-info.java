/**
 * Models and data sets of the Hugging Face Hub, in the cache that Python's {@code huggingface_hub}
 * keeps, so that both share what either has downloaded.
 *
 * <p>A tour. {@link dev.statecraft.formats.hub.HubId} is what users write, {@code
 * org/name@revision}. {@link dev.statecraft.formats.hub.Hub} gives the folder of a model or a file
 * of a data set, downloading what is missing: it asks for the revision's commit and files, {@code
 * ModelFiles} chooses those that are read, and {@code BlobDownload} fetches each, going on where a
 * cut connection or an ended process left off, until its checksum is right. {@code HubHttp} sends
 * the requests: redirects, the token (which the Hub alone gets), waiting and trying again. {@code
 * HubCache} knows the layout of the folders, {@code CacheLock} keeps processes apart, and {@link
 * dev.statecraft.formats.hub.HubSettings} is what the environment says: {@code HF_HOME} and the
 * like.
 */
package dev.statecraft.formats.hub;
