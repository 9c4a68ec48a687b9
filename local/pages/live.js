// Reload the page as soon as something new arrives.
async function watch(address) {
  for (;;) {
    try {
      const answer = await fetch(address);
      if (!answer.ok) throw new Error(answer.statusText);
      if ((await answer.json()).length > 0) {
        location.reload();
        return;
      }
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 3000));
    }
  }
}

watch(document.body.dataset.watch);
