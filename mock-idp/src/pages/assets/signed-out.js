// Goes on once every frame has answered, or has had its time. The page works without: the link is there.
const onward = document.getElementById("continue");
if (onward) {
  const go = () => location.replace(onward.href);
  addEventListener("load", go);
  setTimeout(go, 5000);
}
